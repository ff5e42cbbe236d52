package dev.meshclient.authz;

import dev.meshclient.authz.Authorization.Attribute;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request that came in, as far as policy can ask about it. What the entry point does not state is not known, and a policy that
 * asks for it denies.
 */
public final class InboundRequest {
    private final Builder stated;

    private InboundRequest(Builder stated) {
        this.stated = stated;
    }

    /**
     * @param method as it was sent
     * @param path as it was sent, percent-encoded; a query is not looked at
     */
    public static Builder of(String method, String path) {
        return new Builder(method, path);
    }

    String method() {
        return stated.method;
    }

    String path() {
        return stated.path;
    }

    /** Without the query. */
    String plainPath() {
        int query = stated.path.indexOf('?');
        return query < 0 ? stated.path : stated.path.substring(0, query);
    }

    @Nullable
    String peer() {
        return stated.peer;
    }

    @Nullable
    String header(String name) {
        return stated.headers.apply(name);
    }

    boolean states(Attribute attribute) {
        return stated.known.contains(attribute);
    }

    @Nullable
    String text(Attribute attribute) {
        return switch (attribute) {
            case PRINCIPAL -> stated.peer;
            case HOST -> stated.host;
            case PORT -> Integer.toString(stated.port);
            case METHOD -> stated.method;
            case SNI -> stated.sni;
            case SOURCE_ZONE -> stated.sourceZone;
            default -> null;
        };
    }

    byte @Nullable [] address(Attribute attribute) {
        return switch (attribute) {
            case SOURCE_IP -> stated.sourceIp;
            case REMOTE_IP -> stated.remoteIp;
            case DESTINATION_IP -> stated.destinationIp;
            default -> null;
        };
    }

    /** Collects what is known. */
    public static final class Builder {
        private final String method;
        private final String path;
        private final Set<Attribute> known = EnumSet.of(Attribute.METHOD, Attribute.PATH);
        private @Nullable String peer;
        private Function<String, @Nullable String> headers = name -> null;
        private @Nullable String host;
        private int port;
        private byte @Nullable [] sourceIp;
        private byte @Nullable [] remoteIp;
        private byte @Nullable [] destinationIp;
        private @Nullable String sni;
        private @Nullable String sourceZone;

        private Builder(String method, String path) {
            this.method = method;
            this.path = path;
        }

        /** The SPIFFE ID of the peer, from its verified certificate; null: it has none. Never from a header that anybody can send. */
        public Builder peer(@Nullable String spiffeId) {
            this.peer = spiffeId;
            known.add(Attribute.PRINCIPAL);
            return this;
        }

        /** Finds a header by name, in any case: all its lines, with a comma between; null: it was not sent. */
        public Builder headers(Function<String, @Nullable String> headers) {
            this.headers = headers;
            known.add(Attribute.HEADERS);
            return this;
        }

        /** The {@code Host} or {@code :authority}, as it was sent; null: none was. */
        public Builder host(@Nullable String host) {
            this.host = host == null ? null : host.toLowerCase(Locale.ROOT);
            known.add(Attribute.HOST);
            return this;
        }

        /** The port at which the connection came in. */
        public Builder port(int port) {
            this.port = port;
            known.add(Attribute.PORT);
            return this;
        }

        /**
         * The address of the peer's end of the connection. It is that of the client, too, unless {@link #remoteIp} says otherwise.
         *
         * @throws IllegalArgumentException if it is no IP address
         */
        public Builder sourceIp(String address) {
            this.sourceIp = AddressBlock.bytes(address);
            known.add(Attribute.SOURCE_IP);
            if (known.add(Attribute.REMOTE_IP)) {
                this.remoteIp = sourceIp;
            }
            return this;
        }

        /**
         * The address of the client, as a trusted proxy tells it.
         *
         * @throws IllegalArgumentException if it is no IP address
         */
        public Builder remoteIp(String address) {
            this.remoteIp = AddressBlock.bytes(address);
            known.add(Attribute.REMOTE_IP);
            return this;
        }

        /**
         * The address at which the connection came in.
         *
         * @throws IllegalArgumentException if it is no IP address
         */
        public Builder destinationIp(String address) {
            this.destinationIp = AddressBlock.bytes(address);
            known.add(Attribute.DESTINATION_IP);
            return this;
        }

        /** The server name of the TLS handshake; null: none was sent. */
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

        /** Take a new builder for the next request. */
        public InboundRequest build() {
            return new InboundRequest(this);
        }
    }
}
