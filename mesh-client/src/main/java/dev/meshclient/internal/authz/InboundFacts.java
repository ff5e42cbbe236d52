package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The known attributes of an inbound request. */
final class InboundFacts implements Facts<InboundFacts.Known> {
    static final InboundFacts FACTS = new InboundFacts();

    /**
     * @param path normal form; null: not known, because servers interpret it in different ways
     * @param claims the claims of its valid token; null: none
     * @param tokenKnown whether the token was checked
     */
    record Known(
            InboundRequest request,
            @Nullable String path,
            @Nullable Map<String, Object> claims,
            boolean tokenKnown) {}

    private InboundFacts() {}

    @Override
    public boolean knows(Attribute attribute, Known known) {
        return switch (attribute) {
            case TOKEN -> known.tokenKnown;
            case PATH -> known.path != null;
            default -> known.request.states(attribute);
        };
    }

    @Override
    public @Nullable String text(Attribute attribute, Known known) {
        return switch (attribute) {
            case PATH -> known.path;
            case PRINCIPAL -> known.request.peer();
            case HOST -> known.request.host();
            case PORT -> Integer.toString(known.request.port());
            case METHOD -> known.request.method();
            case SNI -> known.request.sni();
            case SOURCE_ZONE -> known.request.sourceZone();
            default -> null;
        };
    }

    @Override
    public boolean knowsHeader(String name, Known known) {
        return known.request.states(Attribute.HEADERS);
    }

    @Override
    public @Nullable String header(String name, Known known) {
        return known.request.header(name);
    }

    @Override
    public byte @Nullable [] address(Attribute attribute, Known known) {
        InetAddress address =
                switch (attribute) {
                    case SOURCE_IP -> known.request.sourceIp();
                    case REMOTE_IP -> known.request.remoteIp();
                    case DESTINATION_IP -> known.request.destinationIp();
                    default -> null;
                };
        return address == null ? null : address.getAddress();
    }

    @Override
    public @Nullable Map<String, Object> claims(Known known) {
        return known.claims;
    }
}
