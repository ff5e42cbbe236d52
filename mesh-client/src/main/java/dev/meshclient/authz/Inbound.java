package dev.meshclient.authz;

import dev.meshclient.authz.Authorization.Answer;
import dev.meshclient.authz.Authorization.Verdict;
import dev.meshclient.authz.AuthorizationEvent.Kind;
import dev.meshclient.authz.InboundResult.Status;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.RequestAuthentication;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The boundary of this process: whether a request that came in may go on, by the policy of the service that this process is.
 * Where there is no such policy, and wherever policy asks for what is not known, it may not. Thread-safe.
 */
public final class Inbound {
    private final Supplier<Boundary> boundary;
    private final Consumer<AuthorizationEvent> told;

    /**
     * @param boundary the one in force
     * @param told what is worth telling
     */
    public Inbound(Supplier<Boundary> boundary, Consumer<AuthorizationEvent> told) {
        this.boundary = boundary;
        this.told = told;
    }

    /** What holds for one service, compiled. */
    public static final class Boundary {
        private final String service;
        private final @Nullable String closed;
        private final Authorization authorization;
        private final @Nullable TokenCheck tokens;
        private final boolean forwardToken;

        private Boundary(
                String service,
                @Nullable String closed,
                Authorization authorization,
                @Nullable TokenCheck tokens,
                boolean forwardToken) {
            this.service = service;
            this.closed = closed;
            this.authorization = authorization;
            this.tokens = tokens;
            this.forwardToken = forwardToken;
        }

        /**
         * @param access of the service
         * @param trustDomain of the mesh; null: no SPIFFE ID is believed in a token
         * @param keys of issuers
         */
        public static Boundary of(String service, Access access, @Nullable String trustDomain, KeySets keys) {
            RequestAuthentication authentication = access.requestAuthentication();
            return new Boundary(
                    service,
                    null,
                    Authorization.of(access.authorization() == null ? List.of() : access.authorization()),
                    authentication == null
                            ? null
                            : TokenCheck.of(authentication.providers().values(), service, trustDomain, keys),
                    authentication == null || authentication.forwardOriginalToken());
        }

        /** Nothing may go on. */
        public static Boundary closed(String service, String why) {
            return new Boundary(service, why, Authorization.of(List.of()), null, false);
        }
    }

    /** Decides. It waits only while the keys of a token's issuer are fetched, at most 5 s. */
    public InboundResult authorize(InboundRequest request) {
        Boundary now = boundary.get();
        if (now.closed != null) {
            tell(now, request, Kind.UNDECIDED, "", "");
            return refused(Status.UNAVAILABLE, "", "", now.closed);
        }
        Map<String, Object> claims = null;
        TokenCheck.Result checked = now.tokens == null ? null : now.tokens.check(request.header("authorization"));
        if (checked != null && checked.problem() != null) {
            tell(now, request, checked.ourFault() ? Kind.UNDECIDED : Kind.UNAUTHENTICATED, "", "");
            return refused(checked.ourFault() ? Status.UNAVAILABLE : Status.UNAUTHENTICATED, "", "", checked.problem());
        }
        if (checked != null) {
            claims = checked.claims();
        }
        return decide(now, request, claims);
    }

    private InboundResult decide(Boundary now, InboundRequest request, @Nullable Map<String, Object> claims) {
        Authorization policies = now.authorization;
        String path = policies.looksAtPaths() ? Paths.normal(request.path()) : "";
        if (path == null && policies.asksForPaths()) {
            tell(now, request, Kind.DENIED, "", "");
            return refused(Status.DENIED, "", "", "policy asks for paths, and servers differ in what this one means");
        }
        InboundFacts.Known known = new InboundFacts.Known(
                request, path, claims, now.tokens == null || request.states(Authorization.Attribute.HEADERS));
        Verdict verdict = policies.decide(InboundFacts.FACTS, known);
        Verdict audited = policies.audited(InboundFacts.FACTS, known);
        if (audited != null) {
            tell(now, request, Kind.AUDITED, audited.policy(), audited.rule());
        }
        Verdict shadow = policies.decideWithShadows(InboundFacts.FACTS, known);
        boolean allowed = verdict.answer() == Answer.ALLOWED;
        if (shadow != null && allowed != (shadow.answer() == Answer.ALLOWED)) {
            tell(now, request, allowed ? Kind.WOULD_BE_DENIED : Kind.WOULD_BE_ALLOWED, shadow.policy(), shadow.rule());
        }
        if (!allowed) {
            tell(now, request, Kind.DENIED, verdict.policy(), verdict.rule());
            String open = verdict.answer() == Answer.OPEN
                    ? ", asks for what the entry point does not state (see InboundRequest)"
                    : "";
            return refused(Status.DENIED, verdict.policy(), verdict.rule(), verdict.reason() + open);
        }
        return new InboundResult(
                Status.ALLOWED,
                verdict.policy(),
                verdict.rule(),
                verdict.reason(),
                claims == null ? Map.of() : claims,
                claims == null || now.forwardToken);
    }

    private static InboundResult refused(Status status, String policy, String rule, String reason) {
        return new InboundResult(status, policy, rule, reason, Map.of(), false);
    }

    private void tell(Boundary now, InboundRequest request, Kind kind, String policy, String rule) {
        String peer = request.peer();
        told.accept(new AuthorizationEvent(
                true,
                now.service,
                kind,
                policy,
                rule,
                peer == null ? "" : peer,
                request.method(),
                request.plainPath()));
    }
}
