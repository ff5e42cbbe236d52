package dev.meshclient.internal.authz;

import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.AuthorizationEvent.Kind;
import dev.meshclient.authz.Inbound;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.authz.InboundResult;
import dev.meshclient.authz.InboundResult.Status;
import dev.meshclient.internal.authz.Authorization.Answer;
import dev.meshclient.internal.authz.Authorization.Verdict;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Authorizes inbound requests by the boundary in force. */
public final class PolicyInbound implements Inbound {
    private final Supplier<Boundary> boundary;
    private final Watcher watcher;

    /** Is notified of decisions. */
    @FunctionalInterface
    public interface Watcher {
        /** A refusal, an audit or a differing shadow decision. */
        void decided(AuthorizationEvent event);

        /**
         * A request is allowed.
         *
         * @param policy the policy that allows it; empty: none was needed
         */
        default void allowed(String service, String policy) {}

        /** A request begins. */
        default InboundExchange begin(InboundRequest request) {
            return status -> {};
        }
    }

    /** @param boundary the boundary in force */
    public PolicyInbound(Supplier<Boundary> boundary, Watcher watcher) {
        this.boundary = boundary;
        this.watcher = watcher;
    }

    @Override
    public InboundExchange begin(InboundRequest request) {
        return watcher.begin(request);
    }

    @Override
    public InboundResult authorize(InboundRequest request) {
        return Objects.requireNonNull(authorize(request, true));
    }

    @Override
    public @Nullable InboundResult authorizeNow(InboundRequest request) {
        return authorize(request, false);
    }

    /** @return null: it has to wait, and must not */
    private @Nullable InboundResult authorize(InboundRequest request, boolean mayWait) {
        Boundary now = boundary.get();
        if (now.closed != null) {
            notify(now, request, Kind.UNDECIDED, "", "");
            return AuthorizationResult.refused(Status.UNAVAILABLE, "", "", now.closed);
        }
        TokenCheck.CheckedToken checked = now.tokens == null ? null : check(now.tokens, request, mayWait);
        if (checked == TokenCheck.CheckedToken.WAITS) {
            return null;
        }
        if (checked != null && checked.problem() != null) {
            notify(now, request, checked.ourFault() ? Kind.UNDECIDED : Kind.UNAUTHENTICATED, "", "");
            return AuthorizationResult.refused(
                    checked.ourFault() ? Status.UNAVAILABLE : Status.UNAUTHENTICATED, "", "", checked.problem());
        }
        return decide(now, request, checked == null ? null : checked.claims());
    }

    private static TokenCheck.CheckedToken check(TokenCheck tokens, InboundRequest request, boolean mayWait) {
        String authorization = request.header("authorization");
        return mayWait ? tokens.check(authorization) : tokens.checkNow(authorization);
    }

    private InboundResult decide(Boundary now, InboundRequest request, @Nullable Map<String, Object> claims) {
        Authorization policies = now.authorization;
        String path = policies.looksAtPaths() ? Paths.normal(request.path()) : "";
        if (path == null && policies.asksForPaths()) {
            String asking = policies.askingForPaths();
            notify(now, request, Kind.DENIED, asking, "");
            return AuthorizationResult.refused(
                    Status.DENIED, asking, "", "policy asks for paths, and servers differ in what this one means");
        }
        InboundFacts.Known known =
                new InboundFacts.Known(request, path, claims, now.tokens == null || request.states(Attribute.HEADERS));
        Verdict verdict = policies.decide(InboundFacts.FACTS, known);
        policies.notices(
                InboundFacts.FACTS,
                known,
                verdict,
                v -> v.answer() != Answer.ALLOWED,
                (kind, v) -> notify(now, request, kind, v.policy(), v.rule()));
        if (verdict.answer() != Answer.ALLOWED) {
            String open = verdict.answer() == Answer.OPEN ? InboundFacts.open(policies, verdict, known) : "";
            return AuthorizationResult.refused(
                    Status.DENIED, verdict.policy(), verdict.rule(), verdict.reason() + open);
        }
        watcher.allowed(now.service, verdict.policy());
        return new AuthorizationResult(
                Status.ALLOWED,
                verdict.policy(),
                verdict.rule(),
                verdict.reason(),
                claims == null ? Map.of() : claims,
                claims == null || now.forwardToken);
    }

    private void notify(Boundary now, InboundRequest request, Kind kind, String policy, String rule) {
        String peer = request.peer();
        int query = request.path().indexOf('?');
        watcher.decided(new Notice(
                true,
                now.service,
                kind,
                policy,
                rule,
                peer == null ? "" : peer,
                request.method(),
                query < 0 ? request.path() : request.path().substring(0, query)));
    }
}
