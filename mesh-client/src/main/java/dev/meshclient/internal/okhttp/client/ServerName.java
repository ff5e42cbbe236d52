package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.tls.LayeringFactory;
import dev.meshclient.internal.tls.SessionName;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/** The name that an endpoint's certificate must carry: sent as SNI, which JSSE leaves out for a name without a dot, and verified. */
final class ServerName {
    private ServerName() {}

    /**
     * Verifies the certificate against the name; null: against the host of the URL. With a verifier other than its own, OkHttp
     * does not send calls of one host over an HTTP/2 connection of another, which would repeat a 421 within an attempt.
     */
    record Verifier(@Nullable String name, HostnameVerifier verifier) implements HostnameVerifier {
        @Override
        public boolean verify(String logicalHost, SSLSession session) {
            return verifier.verify(name == null ? logicalHost : name, session);
        }
    }

    /** A name for a gateway: Istio's have underscores, which no host has, and which {@link SNIHostName} refuses. */
    private static final class GatewayName extends SNIServerName {
        GatewayName(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Sends the name, and names the TLS session by service, endpoint and name. */
    static final class Factory extends LayeringFactory {
        private final SSLSocketFactory factory;
        private final @Nullable String name;
        private final @Nullable String gatewayName;
        private final String service;
        private final String endpoint;

        /**
         * @param name null: the host of the URL
         * @param gatewayName sent in its place, for a gateway; null: no gateway is between
         */
        Factory(
                SSLSocketFactory factory,
                @Nullable String name,
                @Nullable String gatewayName,
                String service,
                String endpoint) {
            this.factory = factory;
            this.name = name;
            this.gatewayName = gatewayName;
            this.service = service;
            this.endpoint = endpoint;
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
            String verified = name == null ? host : name;
            Socket layered =
                    factory.createSocket(socket, SessionName.of(service, session(), verified), port, autoClose);
            if (socket instanceof EndpointSocket own) {
                own.layered(layered);
            }
            SNIServerName sent = gatewayName == null ? sendable(verified) : new GatewayName(gatewayName);
            if (sent != null && layered instanceof SSLSocket tls) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setServerNames(List.of(sent));
                tls.setSSLParameters(parameters);
            }
            return layered;
        }

        /**
         * RFC 6066 3: no addresses, no trailing dot, letters, digits and hyphens only; null for a name that must not be sent.
         */
        private static @Nullable SNIHostName sendable(String name) {
            if (Resolver.isAddress(name)) {
                return null;
            }
            try {
                return new SNIHostName(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
            } catch (IllegalArgumentException notAHostName) {
                return null;
            }
        }

        /** Behind a gateway the name for it is a part of the session: each of its names may lead to other endpoints. */
        private String session() {
            return gatewayName == null ? endpoint : endpoint + " " + gatewayName;
        }

        /** By value: OkHttp shares connections only among clients whose socket factories are equal. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Factory f
                    && factory.equals(f.factory)
                    && Objects.equals(name, f.name)
                    && Objects.equals(gatewayName, f.gatewayName)
                    && service.equals(f.service)
                    && endpoint.equals(f.endpoint);
        }

        @Override
        public int hashCode() {
            return (factory.hashCode() * 31 + service.hashCode()) * 31 + endpoint.hashCode();
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return factory.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return factory.getSupportedCipherSuites();
        }
    }
}
