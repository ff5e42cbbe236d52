package dev.meshclient.internal.authorize;

import dev.meshclient.AccessDenied;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.AuthorizationEvent.Kind;
import dev.meshclient.internal.authz.Authorization;
import dev.meshclient.internal.authz.Authorization.Answer;
import dev.meshclient.internal.authz.Authorization.Verdict;
import dev.meshclient.internal.authz.Notice;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.policy.AuthorizationPolicy;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the authorization policies of the called service before a call is sent. This is an early answer, not a security
 * boundary: it refuses only requests that the service would refuse whatever the token says and however it reads the path.
 */
public final class Authorize implements CallLayer {
    /**
     * The calling workload.
     *
     * @param identity the caller's SPIFFE ID, as the peer sees it; null: not known
     * @param zone the caller's zone; empty: not known
     */
    public record Caller(Supplier<@Nullable String> identity, String zone) {}

    private final String service;
    private final Authorization policies;
    private final OutboundFacts facts;
    private final @Nullable Consumer<AuthorizationEvent> listener;
    private final CallLayer next;

    private Authorize(
            String service,
            Authorization policies,
            OutboundFacts facts,
            @Nullable Consumer<AuthorizationEvent> listener,
            CallLayer next) {
        this.service = service;
        this.policies = policies;
        this.facts = facts;
        this.listener = listener;
        this.next = next;
    }

    /**
     * @param service the called service, which decides finally
     * @param policies the authorization policies of that service; null or empty: the layer is left out
     * @param listener gets the events; null: no listener
     */
    public static CallLayer create(
            String service,
            @Nullable List<AuthorizationPolicy> policies,
            Caller caller,
            @Nullable Consumer<AuthorizationEvent> listener,
            CallLayer next) {
        return policies == null || policies.isEmpty()
                ? next
                : new Authorize(service, Authorization.of(policies), new OutboundFacts(caller), listener, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        Verdict verdict = policies.decide(facts, call.request());
        boolean denied = verdict.answer() == Answer.DENIED;
        if (listener != null || policies.hasShadows()) {
            notices(call, verdict, (kind, v) -> report(call, kind, v));
        }
        if (denied) {
            throw denied(call, verdict);
        }
        return next.call(call);
    }

    private void notices(Call call, Verdict verdict, BiConsumer<Kind, Verdict> to) {
        policies.notices(facts, call.request(), verdict, v -> v.answer() == Answer.DENIED, to);
    }

    /** Null: it is no decision of shadow policies. */
    private static @Nullable ShadowAction shadow(Kind kind) {
        return kind == Kind.WOULD_BE_DENIED
                ? ShadowAction.DENY
                : kind == Kind.WOULD_BE_ALLOWED ? ShadowAction.ALLOW : null;
    }

    private AccessDenied denied(Call call, Verdict verdict) {
        return Failures.make()
                .accessDenied(
                        verdict.policy(),
                        verdict.rule(),
                        "'" + service + "' does not allow " + caller() + " "
                                + call.request().method() + " "
                                + call.request().url().encodedPath() + ": " + verdict.reason(),
                        "change services." + service + ".authorization, or call as a principal that is allowed",
                        call.decision());
    }

    private String caller() {
        String identity = facts.identity();
        return identity == null ? "this workload" : identity;
    }

    private void report(Call call, Kind kind, Verdict verdict) {
        ShadowAction shadow = shadow(kind);
        if (shadow != null) {
            call.recordShadow(shadow, verdict.reason());
        }
        String identity = facts.identity();
        if (listener != null) {
            listener.accept(new Notice(
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
    public void explain(ExplanationSink to) {
        to.setting("authorization", policies);
        Call call = to.call();
        if (call != null) {
            Verdict verdict = policies.decide(facts, call.request());
            switch (verdict.answer()) {
                case DENIED -> to.refuse(denied(call, verdict));
                case OPEN ->
                    to.remark("whether '" + service + "' allows it, it decides itself: " + verdict.reason()
                            + " asks for more than is known here");
                case ALLOWED -> to.remark("'" + service + "' allows it: " + verdict.reason());
            }
            notices(call, verdict, (kind, v) -> {
                ShadowAction shadow = shadow(kind);
                if (shadow != null) {
                    to.remark(shadow.inWords(v.reason()));
                }
            });
        }
    }

    @Override
    public String toString() {
        return "authorize(" + policies + ")";
    }
}
