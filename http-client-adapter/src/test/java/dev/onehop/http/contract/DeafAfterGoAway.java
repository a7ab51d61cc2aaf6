package dev.onehop.http.contract;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2FrameCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Next to a pod's socket, without TLS: after a GOAWAY nothing is heard of streams above the last that it names. Netty's own
 * codec breaks the connection, with the streams that it serves, where one of the others has a body or is reset.
 *
 * <p>Serial: a channel's own, on its event loop.
 */
final class DeafAfterGoAway extends ByteToMessageDecoder {

    private static final int PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length();
    private static final int HEAD = 9;

    private boolean begun;

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (begun) {
            frame(ctx, in, out);
        } else if (in.readableBytes() >= PREFACE) {
            begun = in.toString(in.readerIndex(), 3, StandardCharsets.US_ASCII).equals("PRI");
            if (begun) {
                out.add(in.readRetainedSlice(PREFACE));
            } else {
                ctx.pipeline().remove(this); // HTTP/1.1
            }
        }
    }

    private static void frame(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < HEAD) {
            return;
        }
        int length = HEAD + in.getUnsignedMedium(in.readerIndex());
        if (in.readableBytes() >= length) {
            int stream = in.getInt(in.readerIndex() + 5) & Integer.MAX_VALUE;
            ByteBuf frame = in.readRetainedSlice(length);
            if (isHeard(ctx, stream)) {
                out.add(frame);
            } else {
                frame.release();
            }
        }
    }

    private static boolean isHeard(ChannelHandlerContext ctx, int stream) {
        Http2FrameCodec codec = ctx.pipeline().get(Http2FrameCodec.class);
        if (codec == null) {
            return true;
        }
        Http2Connection connection = codec.connection();
        return !connection.goAwaySent() || stream <= connection.remote().lastStreamKnownByPeer();
    }
}
