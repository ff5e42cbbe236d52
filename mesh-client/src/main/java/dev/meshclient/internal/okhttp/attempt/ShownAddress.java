package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Resolver;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import okhttp3.Connection;
import okhttp3.Handshake;
import okhttp3.Protocol;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * The address and port of an endpoint, for listeners, network interceptors and messages: OkHttp shows the port of the URL, since
 * only the sockets know that they connect elsewhere.
 */
final class ShownAddress {
    private static final String FAILED = "Failed to connect to ";

    private ShownAddress() {}

    /** @param logical the address that OkHttp connects to: for a URL whose host is an address, that address */
    static InetSocketAddress of(Endpoint endpoint, InetSocketAddress logical) {
        boolean named = !Resolver.isAddress(logical.getHostString());
        if (named && logical.getAddress() != null) {
            return new InetSocketAddress(logical.getAddress(), endpoint.port());
        }
        return Resolver.isAddress(endpoint.address())
                ? new InetSocketAddress(endpoint.address(), endpoint.port())
                : InetSocketAddress.createUnresolved(endpoint.address(), endpoint.port());
    }

    /** The failure as OkHttp would word it for the endpoint's address; other failures name no address. */
    static IOException of(InetSocketAddress shown, IOException failure) {
        return failure.getClass() == ConnectException.class ? worded(FAILED + shown, failure) : failure;
    }

    /** As the failure of a connection, with another message. */
    static ConnectException worded(String message, IOException failure) {
        ConnectException worded = new ConnectException(message);
        worded.initCause(failure.getCause());
        worded.setStackTrace(failure.getStackTrace());
        for (Throwable other : failure.getSuppressed()) { // of other addresses of the same name
            Throwable cause = other.getCause();
            worded.addSuppressed(cause == null ? other : cause);
        }
        return worded;
    }

    static Connection of(Endpoint endpoint, Connection connection) {
        return new Shown(endpoint, connection);
    }

    private record Shown(Endpoint endpoint, Connection connection) implements Connection {
        @Override
        public Route route() {
            Route route = connection.route();
            return new Route(route.address(), route.proxy(), of(endpoint, route.socketAddress()));
        }

        @Override
        public Socket socket() {
            return connection.socket();
        }

        @Override
        public @Nullable Handshake handshake() {
            return connection.handshake();
        }

        @Override
        public Protocol protocol() {
            return connection.protocol();
        }

        /** A listener that counts connections counts each once, whatever call it serves. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Shown shown && connection.equals(shown.connection);
        }

        @Override
        public int hashCode() {
            return connection.hashCode();
        }

        @Override
        public String toString() {
            return connection + " at " + route().socketAddress();
        }
    }
}
