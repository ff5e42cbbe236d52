package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.identity.SpiffeId;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The known attributes of an inbound request. */
final class InboundFacts implements Facts<InboundFacts.Known> {
    static final InboundFacts FACTS = new InboundFacts();

    /** One plain name or address, perhaps with a port. Servers differ in what any other text means. */
    private static final Pattern PLAIN_HOST =
            Pattern.compile("((?!\\.)[A-Za-z0-9_.-]*(?<!\\.)|\\[[0-9A-Fa-f:.]+\\])(:[1-9][0-9]{0,4})?");

    /**
     * @param path normal form; null: not known, because servers interpret it in different ways
     * @param claims the claims of its valid token; null: none
     * @param tokenKnown whether the token was checked
     * @param unclear stated attributes that are not known, because servers interpret them in different ways; with the reason
     */
    record Known(
            InboundRequest request,
            @Nullable String path,
            @Nullable Map<String, Object> claims,
            boolean tokenKnown,
            Map<Attribute, String> unclear) {
        static Known of(
                InboundRequest request,
                @Nullable String path,
                @Nullable Map<String, Object> claims,
                boolean tokenKnown) {
            Map<Attribute, String> unclear = new EnumMap<>(Attribute.class);
            note(
                    unclear,
                    Attribute.HOST,
                    request.host(),
                    host -> PLAIN_HOST.matcher(host).matches() && !host.contains(".."));
            note(unclear, Attribute.SNI, request.sni(), name -> !name.endsWith("."));
            note(unclear, Attribute.PRINCIPAL, request.peer(), Known::isSpiffeId);
            return new Known(request, path, claims, tokenKnown, unclear);
        }

        private static void note(
                Map<Attribute, String> unclear,
                Attribute attribute,
                @Nullable String value,
                Predicate<String> isClear) {
            if (value != null && !isClear.test(value)) {
                unclear.put(attribute, value);
            }
        }

        private static boolean isSpiffeId(String peer) {
            try {
                return !SpiffeId.parse("spiffe://" + PeerTerm.withoutScheme(peer))
                        .path()
                        .isEmpty();
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        /** Why policies do not decide, for messages. */
        String open() {
            String peer = request.peer();
            return !unclear.isEmpty()
                    ? ", asks for what servers differ in: " + unclear
                    : peer != null && PeerTerm.isAmbiguous(peer)
                            ? ", asks for the namespace or account of '" + peer + "', which has two"
                            : ", asks for what the entry point does not state (see InboundRequest)";
        }
    }

    private InboundFacts() {}

    @Override
    public boolean knows(Attribute attribute, Known known) {
        return switch (attribute) {
            case TOKEN -> known.tokenKnown;
            case PATH -> known.path != null;
            default -> known.request.states(attribute) && !known.unclear.containsKey(attribute);
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
