package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.identity.SpiffeId;
import dev.meshclient.internal.authz.Authorization.Facts;
import dev.meshclient.internal.authz.Authorization.Verdict;
import dev.meshclient.policy.PolicyProblem;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The known attributes of an inbound request. */
final class InboundFacts implements Facts<InboundFacts.Known> {
    /** One plain name or address, perhaps with a port. Servers differ in what any other text means. */
    private static final Pattern PLAIN_HOST =
            Pattern.compile("((?!\\.)[A-Za-z0-9_.-]*(?<!\\.)|\\[[0-9A-Fa-f:.]+\\])(:[1-9][0-9]{0,4})?");

    static final InboundFacts FACTS = new InboundFacts(null);

    private final @Nullable Set<Attribute> asked;

    /** A request, with what was looked up once. */
    static final class Known {
        private final InboundRequest request;
        private final @Nullable String path;
        private final @Nullable Map<String, Object> claims;
        private final boolean tokenKnown;
        /** Looked up when a rule asks for it. */
        private @Nullable Boolean plainHost;

        private @Nullable Boolean legalPeer;

        /**
         * @param path normal form; null: not known, because servers interpret it in different ways
         * @param claims the claims of its valid token; null: none
         * @param tokenKnown whether the token was checked
         */
        Known(InboundRequest request, @Nullable String path, @Nullable Map<String, Object> claims, boolean tokenKnown) {
            this.request = request;
            this.path = path;
            this.claims = claims;
            this.tokenKnown = tokenKnown;
        }

        /** Whether servers interpret the attribute in the same way. */
        private boolean isClear(Attribute attribute) {
            return switch (attribute) {
                case HOST -> {
                    if (plainHost == null) {
                        plainHost = isPlainHost(request.host());
                    }
                    yield plainHost;
                }
                case PRINCIPAL -> {
                    if (legalPeer == null) {
                        legalPeer = isSpiffeId(request.peer());
                    }
                    yield legalPeer;
                }
                case SNI -> request.sni() == null || !request.sni().endsWith(".");
                default -> true;
            };
        }
    }

    private static boolean isPlainHost(@Nullable String host) {
        return host == null || (PLAIN_HOST.matcher(host).matches() && !host.contains(".."));
    }

    private static boolean isSpiffeId(@Nullable String peer) {
        try {
            return peer == null
                    || !SpiffeId.parse("spiffe://" + PeerTerm.withoutScheme(peer))
                            .path()
                            .isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** @param asked gets the attributes that rules ask for; null: not needed */
    private InboundFacts(@Nullable Set<Attribute> asked) {
        this.asked = asked;
    }

    /** Why a rule leaves its answer open, for messages. */
    static String open(Authorization policies, Verdict open, Known known) {
        Set<Attribute> asked = EnumSet.noneOf(Attribute.class);
        InboundFacts facts = new InboundFacts(asked);
        policies.ask(open, facts, known);
        return asked.stream().map(attribute -> facts.open(attribute, known)).collect(Collectors.joining());
    }

    private String open(Attribute attribute, Known known) {
        if (!known.isClear(attribute)) {
            return ", asks for " + attribute + ", and servers differ in what "
                    + PolicyProblem.quoted(String.valueOf(text(attribute, known))) + " means";
        }
        if (!knows(attribute, known)) {
            return ", asks for " + attribute + ", which the entry point does not state (see InboundRequest)";
        }
        String peer = known.request.peer();
        return attribute == Attribute.PRINCIPAL && peer != null && PeerTerm.isAmbiguous(peer)
                ? ", asks for the namespace or account of '" + peer + "', which has two"
                : "";
    }

    @Override
    public boolean knows(Attribute attribute, Known known) {
        if (asked != null) {
            asked.add(attribute);
        }
        return switch (attribute) {
            case TOKEN -> known.tokenKnown;
            case PATH -> known.path != null;
            default -> known.request.states(attribute) && known.isClear(attribute);
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
        return knows(Attribute.HEADERS, known);
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
