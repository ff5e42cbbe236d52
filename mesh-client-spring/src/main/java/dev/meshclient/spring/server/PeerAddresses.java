package dev.meshclient.spring.server;

import dev.meshclient.authz.InboundRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.core.env.Environment;

/**
 * The addresses of a request that are certain; policies that depend on another one deny the request. With
 * {@code server.forward-headers-strategy=native}, which is Boot's default on Kubernetes, the server replaces the address of the
 * connection by that of a header: then it is not stated. Of the addresses in a header, Tomcat takes the last one that no trusted
 * proxy has; Spring, Jetty and Reactor Netty take the first one, which any client can send through a proxy that appends.
 */
final class PeerAddresses {
    private enum Strategy {
        NONE,
        /** The server replaces the address, by Boot's choice. */
        IMPLIED,
        /** The server replaces the address, by a property. */
        NATIVE,
        /** Spring replaces the address, and that of the connection is known. */
        FRAMEWORK
    }

    private final Strategy strategy;

    PeerAddresses(Environment environment) {
        String stated =
                environment.getProperty("server.forward-headers-strategy", "").strip();
        CloudPlatform platform = CloudPlatform.getActive(environment);
        if (isStated(environment, "server.tomcat.remoteip.remote-ip-header")
                || isStated(environment, "server.tomcat.remoteip.protocol-header")
                || stated.equalsIgnoreCase("native")) {
            strategy = Strategy.NATIVE;
        } else if (stated.equalsIgnoreCase("framework")) {
            strategy = Strategy.FRAMEWORK;
        } else if (stated.isEmpty() && platform != null && platform.isUsingForwardHeaders()) {
            strategy = Strategy.IMPLIED;
        } else {
            strategy = Strategy.NONE;
        }
    }

    private static boolean isStated(Environment environment, String property) {
        String value = environment.getProperty(property);
        return value != null && !value.isBlank();
    }

    /** Whether the server replaces addresses and names by those of forwarded headers. */
    boolean areReplaced() {
        return strategy == Strategy.IMPLIED || strategy == Strategy.NATIVE;
    }

    /**
     * @param sent the address according to the server
     * @param skipsProxies whether the server skips the addresses of trusted proxies in a header
     */
    void state(InboundRequest.Builder request, @Nullable String sent, boolean skipsProxies) {
        switch (strategy) {
            case NONE -> address(request::sourceIp, sent);
            case IMPLIED -> {}
            case NATIVE -> {
                if (skipsProxies) {
                    address(request::remoteIp, sent);
                }
            }
            case FRAMEWORK -> address(request::proxyIp, sent);
        }
    }

    /** States it, unless it is no address: that of a Unix domain socket, or any text from a header. */
    static void address(Consumer<String> attribute, @Nullable String address) {
        if (address == null || address.isEmpty()) {
            return;
        }
        try {
            attribute.accept(address);
        } catch (IllegalArgumentException e) {
            return; // not stated
        }
    }
}
