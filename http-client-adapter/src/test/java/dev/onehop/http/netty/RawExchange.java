package dev.onehop.http.netty;

import dev.onehop.Attempt;
import dev.onehop.health.Cooling;
import dev.onehop.health.RetryAfter;
import dev.onehop.health.Signal;
import dev.onehop.http.contract.ClientUnderTest.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request and its answer on a channel of {@link RawHttpClient}; ends its attempt, then gives the channel back. */
final class RawExchange extends ChannelInboundHandlerAdapter {

    /** The pod had closed a connection that was idle. */
    static final class Stale extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final String method;
    private final URI uri;
    private final @Nullable String body;
    private final @Nullable Attempt attempt;
    private final boolean reused;
    private final Deque<Channel> pool;
    private final StringBuilder text = new StringBuilder();
    private @Nullable HttpResponse head;

    RawExchange(
            String method,
            URI uri,
            @Nullable String body,
            @Nullable Attempt attempt,
            boolean reused,
            Deque<Channel> pool) {
        this.method = method;
        this.uri = uri;
        this.body = body;
        this.attempt = attempt;
        this.reused = reused;
        this.pool = pool;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** On the channel's event loop. */
    void begin(Channel channel) {
        channel.pipeline().addLast(this);
        if (!channel.isActive()) {
            failed(new IOException("closed"));
            return;
        }
        String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(method),
                path.isEmpty() ? "/" : path,
                body == null ? Unpooled.EMPTY_BUFFER : Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
        request.headers().set(HttpHeaderNames.HOST, uri.getRawAuthority());
        if (body != null) {
            HttpUtil.setContentLength(request, request.content().readableBytes());
        }
        channel.writeAndFlush(request);
    }

    /** No answer came in time; from any thread. */
    void giveUp(Channel channel) {
        end(late -> late.failed(new SocketTimeoutException("Read timed out")));
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        try {
            if (((HttpObject) msg).decoderResult().isFailure()) {
                ctx.close();
                return;
            }
            if (msg instanceof HttpResponse response) {
                head = response;
            }
            if (msg instanceof HttpContent content) {
                ByteBuf bytes = content.content();
                text.append(bytes.toString(StandardCharsets.UTF_8));
            }
            if (msg instanceof LastHttpContent && head != null) {
                answered(ctx, head);
            }
        } finally {
            ReferenceCountUtil.release(msg);
        }
    }

    private void answered(ChannelHandlerContext ctx, HttpResponse response) {
        String after = response.headers().get(HttpHeaderNames.RETRY_AFTER);
        ctx.pipeline().remove(this);
        end(done -> done.answered(
                response.status().code(),
                after == null ? null : RetryAfter.parse(after, Instant.now()).orElse(Cooling.UNSAID)));
        if (HttpUtil.isKeepAlive(response)) {
            pool.addFirst(ctx.channel());
        } else {
            ctx.channel().close();
        }
        answer.complete(new Answer(response.status().code(), "HTTP/1.1", text.toString()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failed(new IOException("Connection reset: ended by the pod"));
    }

    private void failed(Throwable cause) {
        boolean stale = reused && head == null;
        end(broken -> {
            if (stale) {
                broken.failed(Signal.STALE_CONNECTION);
            } else {
                broken.failed(cause);
            }
        });
        answer.completeExceptionally(stale ? new Stale() : cause);
    }

    private void end(Consumer<Attempt> ending) {
        if (attempt != null) {
            ending.accept(attempt);
        }
    }
}
