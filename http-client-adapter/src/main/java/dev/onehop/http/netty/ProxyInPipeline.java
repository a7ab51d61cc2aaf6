package dev.onehop.http.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.util.Map;

/**
 * Whether a channel connects by way of a proxy, by the names of its handlers' classes: {@code netty-handler-proxy} need
 * not be there.
 *
 * <p>Pure functions.
 */
final class ProxyInPipeline {

    private static final String PROXY_HANDLER = "io.netty.handler.proxy.ProxyHandler";

    private ProxyInPipeline() {}

    static boolean of(Channel channel) {
        for (Map.Entry<String, ChannelHandler> each : channel.pipeline()) {
            for (Class<?> type = each.getValue().getClass(); type != null; type = type.getSuperclass()) {
                if (type.getName().equals(PROXY_HANDLER)) {
                    return true;
                }
            }
        }
        return false;
    }
}
