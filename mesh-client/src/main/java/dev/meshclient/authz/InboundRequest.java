package dev.meshclient.authz;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of an inbound request that a policy can refer to. An attribute that the entry point does not state is not
 * known, and a policy that depends on it denies the request.
 */
public final class InboundRequest {
    private final Builder stated;

    private InboundRequest(Builder stated) {
        this.stated = stated;
    }

    /**
     * @param method the method as it was sent
     * @param path the path as it was sent, percent-encoded; a query is ignored
     */
    public static Builder of(String method, String path) {
        Objects.requireNonNull(method, "method must not be null: pass the method as it was sent");
        Objects.requireNonNull(path, "path must not be null: pass the path as it was sent");
        return new Builder(method, path);
    }

    /** Whether the entry point stated the attribute; method and path are always stated. */
    public boolean states(Attribute attribute) {
        Objects.requireNonNull(attribute, "attribute must not be null: pass one of Attribute");
        return stated.known.contains(attribute);
    }

    /** The method as it was sent. */
    public String method() {
        return stated.method;
    }

    /** The path as it was sent, with its query. */
    public String path() {
        return stated.path;
    }

    /** All values of a header, separated by commas; null: it was not sent, or headers are not stated. */
    public @Nullable String header(String name) {
        Objects.requireNonNull(name, "name must not be null: pass the name of a header");
        return stated.headers.apply(name);
    }

    /** The SPIFFE ID of the peer; null: it has none, or it is not stated. */
    public @Nullable String peer() {
        return stated.peer;
    }

    /** The host in lower case; null: not sent, or not stated. */
    public @Nullable String host() {
        return stated.host;
    }

    /** The port; 0: not stated. */
    public int port() {
        return stated.port;
    }

    /** The peer's address; null: not stated. */
    public @Nullable InetAddress sourceIp() {
        return stated.sourceIp;
    }

    /** The client's address; null: not stated. */
    public @Nullable InetAddress remoteIp() {
        return stated.remoteIp;
    }

    /** The local address; null: not stated. */
    public @Nullable InetAddress destinationIp() {
        return stated.destinationIp;
    }

    /** The TLS server name; null: not sent, or not stated. */
    public @Nullable String sni() {
        return stated.sni;
    }

    /** The peer's zone; null: it has none, or it is not stated. */
    public @Nullable String sourceZone() {
        return stated.sourceZone;
    }

    @Override
    public String toString() {
        return stated.method + " " + stated.path + " of " + (stated.peer == null ? "an unknown peer" : stated.peer)
                + ", stated " + stated.known;
    }

    /** The attributes that rules refer to. */
    public enum Attribute {
        /** The peer's SPIFFE ID. */
        PRINCIPAL,
        /** The claims of a valid token; the mesh reads them from the headers, no entry point states them. */
        TOKEN,
        /** Host, with its port if it was sent. */
        HOST,
        /** The port at which the request arrived. */
        PORT,
        METHOD,
        /** Without the query. */
        PATH,
        HEADERS,
        /** The peer's address. */
        SOURCE_IP,
        /** The client's address, as a trusted proxy reports it. */
        REMOTE_IP,
        DESTINATION_IP,
        /** The server name of the TLS handshake. */
        SNI,
        /** The peer's zone. */
        SOURCE_ZONE
    }

    /** Collects the known attributes. */
    public static final class Builder {
        private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*");

        private final String method;
        private final String path;
        private final Set<Attribute> known = EnumSet.of(Attribute.METHOD, Attribute.PATH);
        private @Nullable String peer;
        private Function<String, @Nullable String> headers = name -> null;
        private @Nullable String host;
        private int port;
        private @Nullable InetAddress sourceIp;
        private @Nullable InetAddress remoteIp;
        private @Nullable InetAddress destinationIp;
        private @Nullable String sni;
        private @Nullable String sourceZone;

        private Builder(String method, String path) {
            this.method = method;
            this.path = path;
        }

        /**
         * The SPIFFE ID of the peer, from its verified certificate; null: it has none. Do not call it if the certificate states an ID
         * that is not verified ({@link dev.meshclient.identity.SpiffeId#isStatedBy}): rules for another ID would match. Never take it
         * from a header that any client can send.
         */
        public Builder peer(@Nullable String spiffeId) {
            this.peer = spiffeId;
            known.add(Attribute.PRINCIPAL);
            return this;
        }

        /** Finds a header by name, in any case: all its values, separated by commas; null: it was not sent. */
        public Builder headers(Function<String, @Nullable String> headers) {
            Objects.requireNonNull(headers, "headers must not be null: pass a function from names to values");
            this.headers = headers;
            known.add(Attribute.HEADERS);
            return this;
        }

        /** The {@code Host} or {@code :authority} as it was sent; null: none. */
        public Builder host(@Nullable String host) {
            this.host = host == null ? null : host.toLowerCase(Locale.ROOT);
            known.add(Attribute.HOST);
            return this;
        }

        /** The port at which the connection arrived. */
        public Builder port(int port) {
            this.port = port;
            known.add(Attribute.PORT);
            return this;
        }

        /**
         * The address of the peer's end of the connection; also the client's address unless {@link #remoteIp} is set.
         *
         * @throws IllegalArgumentException if the text is no IP address
         */
        public Builder sourceIp(String address) {
            this.sourceIp = literal(address);
            known.add(Attribute.SOURCE_IP);
            if (known.add(Attribute.REMOTE_IP)) {
                this.remoteIp = sourceIp;
            }
            return this;
        }

        /**
         * The address of the peer's end of the connection, which may be that of a proxy: the client's address is not known unless
         * {@link #remoteIp} is set.
         *
         * @throws IllegalArgumentException if the text is no IP address
         */
        public Builder proxyIp(String address) {
            this.sourceIp = literal(address);
            known.add(Attribute.SOURCE_IP);
            return this;
        }

        /**
         * The address of the client, as a trusted proxy reports it.
         *
         * @throws IllegalArgumentException if the text is no IP address
         */
        public Builder remoteIp(String address) {
            this.remoteIp = literal(address);
            known.add(Attribute.REMOTE_IP);
            return this;
        }

        /**
         * The local address of the connection.
         *
         * @throws IllegalArgumentException if the text is no IP address
         */
        public Builder destinationIp(String address) {
            this.destinationIp = literal(address);
            known.add(Attribute.DESTINATION_IP);
            return this;
        }

        /** The server name of the TLS handshake; null: none. */
        public Builder sni(@Nullable String name) {
            this.sni = name;
            known.add(Attribute.SNI);
            return this;
        }

        /** The zone of the peer; null: it has none. */
        public Builder sourceZone(@Nullable String zone) {
            this.sourceZone = zone;
            known.add(Attribute.SOURCE_ZONE);
            return this;
        }

        /** Looks up no name. */
        private static InetAddress literal(String address) {
            Objects.requireNonNull(address, "address must not be null: pass an IP address, or leave this out");
            int zone = address.indexOf('%');
            String literal = zone < 0 ? address : address.substring(0, zone);
            if (!LITERAL.matcher(literal).matches()) {
                throw new IllegalArgumentException("not an IP address: '" + address + "'");
            }
            try {
                return InetAddress.getByName(literal);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("not an IP address: '" + address + "'", e);
            }
        }

        /** Makes the request. Use a new builder for the next request. */
        public InboundRequest build() {
            return new InboundRequest(this);
        }
    }
}
