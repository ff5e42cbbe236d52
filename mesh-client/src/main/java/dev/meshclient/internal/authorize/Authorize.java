package dev.meshclient.internal.authorize;

import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.AuthorizationEvent.Kind;
import dev.meshclient.internal.authz.Authorization;
import dev.meshclient.internal.authz.Authorization.Answer;
import dev.meshclient.internal.authz.Authorization.Verdict;
import dev.meshclient.internal.authz.Notice;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.policy.AuthorizationPolicy;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Asks the policies of the service that a call goes to. An early answer, no boundary: it refuses only what no token and no reading
 * of the path at the other end could make allowed.
 */
public final class Authorize implements CallLayer {
    /**
     * Who calls.
     *
     * @param identity our SPIFFE ID, as the peer sees it; null: not known
     * @param zone ours; empty: not known
     */
    public record Caller(Supplier<@Nullable String> identity, String zone) {}

    private final String service;
    private final Authorization policies;
    private final OutboundFacts facts;
    private final @Nullable Consumer<AuthorizationEvent> told;
    private final CallLayer next;

    private Authorize(
            String service,
            Authorization policies,
            OutboundFacts facts,
            @Nullable Consumer<AuthorizationEvent> told,
            CallLayer next) {
        this.service = service;
        this.policies = policies;
        this.facts = facts;
        this.told = told;
        this.next = next;
    }

    /**
     * @param service that decides in the end
     * @param policies of that service; null or empty: the layer is left out
     * @param told what is worth telling; null: nobody listens
     */
    public static CallLayer create(
            String service,
            @Nullable List<AuthorizationPolicy> policies,
            Caller caller,
            @Nullable Consumer<AuthorizationEvent> told,
            CallLayer next) {
        return policies == null || policies.isEmpty()
                ? next
                : new Authorize(service, Authorization.of(policies), new OutboundFacts(caller), told, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        Verdict verdict = policies.decide(facts, call.request());
        boolean denied = verdict.answer() == Answer.DENIED;
        if (told != null) {
            policies.notices(
                    facts, call.request(), verdict, v -> v.answer() == Answer.DENIED, (kind, v) -> tell(call, kind, v));
        }
        if (denied) {
            throw Failures.make()
                    .accessDenied(
                            verdict.policy().isEmpty() ? verdict.unmatched() : verdict.policy(),
                            verdict.rule(),
                            "'" + service + "' does not allow " + caller() + " "
                                    + call.request().method() + " "
                                    + call.request().url().encodedPath() + ": " + verdict.reason(),
                            "change services." + service + ".authorization, or call as who is allowed",
                            call.decision());
        }
        return next.call(call);
    }

    private String caller() {
        String identity = facts.identity();
        return identity == null ? "this workload" : identity;
    }

    private void tell(Call call, Kind kind, Verdict verdict) {
        String identity = facts.identity();
        if (told != null) {
            told.accept(new Notice(
                    false,
                    service,
                    kind,
                    verdict.policy(),
                    verdict.rule(),
                    identity == null ? "" : identity,
                    call.request().method(),
                    call.request().url().encodedPath()));
        }
    }

    @Override
    public String toString() {
        return "authorize(" + policies + ")";
    }
}
