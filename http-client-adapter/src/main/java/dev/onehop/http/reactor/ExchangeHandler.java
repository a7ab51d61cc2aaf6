package dev.onehop.http.reactor;

import dev.onehop.Attempt;
import dev.onehop.health.Signal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Watches the exchanges of a connection, or the one of a stream: an exchange ends with the end of its response, or with
 * what came in its place.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class ExchangeHandler extends ChannelDuplexHandler {

    private static final String NAME = "onehop.exchange";

    private final PodConnection pod;
    private boolean open;
    private @Nullable Attempt attempt;
    private @Nullable SentCall call;
    private long turn;
    private HeardResponse heard = new HeardResponse();

    private ExchangeHandler(PodConnection pod) {
        this.pod = pod;
    }

    /** The one in this channel's pipeline. */
    static ExchangeHandler on(Channel channel, PodConnection pod) {
        ChannelPipeline pipeline = channel.pipeline();
        ExchangeHandler present = pipeline.get(ExchangeHandler.class);
        if (present != null) {
            return present;
        }
        var handler = new ExchangeHandler(pod);
        if (pipeline.get(NettyPipeline.ReactiveBridge) == null) {
            pipeline.addLast(NAME, handler);
        } else {
            pipeline.addBefore(NettyPipeline.ReactiveBridge, NAME, handler);
        }
        if (channel.parent() == null && pipeline.get(NettyPipeline.HttpCodec) != null) {
            pipeline.addBefore(NettyPipeline.HttpCodec, "onehop.heard", new FirstByte(() -> handler.heard.something()));
        }
        ExchangeHandler upgraded =
                channel.parent() == null ? null : channel.parent().pipeline().get(ExchangeHandler.class);
        if (upgraded != null) {
            upgraded.moveTo(handler);
        }
        return handler;
    }

    /** A request of {@code of} is about to be sent. */
    void begin(SentCall of) {
        if (!open) {
            attempt = pod.begin();
            began(of, pod.turn());
        }
    }

    private void began(@Nullable SentCall of, long at) {
        open = true;
        call = of;
        turn = at;
        heard = new HeardResponse();
    }

    /** The request that asked for HTTP/2 without TLS is the first stream's. */
    private void moveTo(ExchangeHandler stream) {
        if (open) {
            open = false;
            stream.attempt = attempt;
            stream.began(call, turn);
            attempt = null;
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
        if (open && call != null) {
            call.wrote(msg);
        }
        super.write(ctx, msg, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (open && msg instanceof HttpObject part) {
            if (part.decoderResult().isFailure()) {
                end(broken -> broken.failed(Signal.RESET)); // what came is no answer
            } else if (heard.endsWith(part)) {
                end(heard::answered);
            }
        }
        super.channelRead(ctx, msg);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        boolean again = false;
        if (event instanceof Http2ResetFrame reset) {
            again = reset.errorCode() == Http2Error.REFUSED_STREAM.code() && isMadeAgainAfterRefusal();
            end(stopped -> stopped.failed(signal(reset.errorCode())));
        } else if (event instanceof Http2GoAwayFrame goAway) { // for the streams above the last that it names
            again = !isUnwelcome(goAway) && isMadeAgainAfterRefusal();
            end(unheard -> unheard.failed(Signal.CONNECTION_ENDS));
        }
        if (again) {
            ctx.fireExceptionCaught(SentAgainException.unprocessed());
        }
        super.userEventTriggered(ctx, event);
    }

    /** The pod says to a connection's first request that something is wrong: it would say so again (reliability 3.1). */
    private boolean isUnwelcome(Http2GoAwayFrame goAway) {
        return turn == 1 && goAway.errorCode() != Http2Error.NO_ERROR.code();
    }

    private static Signal signal(long errorCode) {
        if (errorCode == Http2Error.REFUSED_STREAM.code() || errorCode == Http2Error.NO_ERROR.code()) {
            return Signal.CONNECTION_ENDS;
        }
        return errorCode == Http2Error.ENHANCE_YOUR_CALM.code() ? Signal.BUSY : Signal.RESET;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
        boolean stale = isStale() && cause instanceof IOException;
        Throwable told =
                stale && isMadeAgainAfterStale() ? SentAgainException.stale().initCause(cause) : cause;
        end(failed -> {
            if (stale) {
                failed.failed(Signal.STALE_CONNECTION);
            } else {
                failed.failed(cause);
            }
        });
        super.exceptionCaught(ctx, told);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        boolean stale = isStale();
        boolean again = stale && isMadeAgainAfterStale();
        end(broken -> {
            if (heard.isOfAnotherProtocol()) {
                heard.answered(broken);
            } else {
                broken.failed(stale ? Signal.STALE_CONNECTION : Signal.RESET);
            }
        });
        if (again) {
            ctx.fireExceptionCaught(SentAgainException.stale());
        }
        super.channelInactive(ctx);
    }

    /** The client gives up, unless it was a WebSocket. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
        end(abandoned -> {
            if (heard.isOfAnotherProtocol()) {
                heard.answered(abandoned);
            } else {
                abandoned.close();
            }
        });
        super.close(ctx, promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end(Attempt::close);
    }

    /** Whether the pod may have closed the connection before it saw the request, as it does with idle ones. */
    private boolean isStale() {
        return open && !heard.isSomething() && pod.isReusedAlone(turn);
    }

    private boolean isMadeAgainAfterStale() {
        return call != null && call.isMadeAgainAfterStale();
    }

    private boolean isMadeAgainAfterRefusal() {
        return open && call != null && call.isMadeAgainAfterRefusal();
    }

    private void end(Consumer<Attempt> ending) {
        if (open) {
            open = false;
            Attempt ended = attempt;
            attempt = null;
            if (ended != null) {
                ending.accept(ended);
            }
            pod.ended();
        }
    }
}
