package dev.meshclient.internal.pipeline;

import dev.meshclient.Decision;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallDecision;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import okhttp3.Response;

/** Replaces the layers where there is no good policy: refuses each call and states the reason. */
public record Refusal(String name, Function<Call, IOException> failure) implements CallLayer {

    /** Refuses calls to hosts without a service; observers and metrics see these calls like any other. */
    public static CallLayer observed(Telemetry telemetry, Function<Call, IOException> failure) {
        return Outbound.refusal(telemetry, Meters.UNKNOWN, new Refusal("refused", failure));
    }

    /**
     * Refuses calls to a service that is refused and never had a good policy. They fail with {@code PolicyUnavailable}, as
     * before the first document, because the policy for these calls is missing. {@code NoRoute} is for a policy that exists and
     * has no rule for the call.
     */
    static CallLayer ofService(String revision, String service, RefusedService refused) {
        PolicyException cause = new PolicyException(refused.problems());
        String problem = first(refused.problems());
        return new Refusal("refused(" + service + "): " + problem, call -> {
            PolicyUnavailable e = Failures.make()
                    .policyUnavailable(
                            "no policy for '" + call.request().url().host() + "': '" + service
                                    + "' is refused in policy " + revision + " and there is no earlier one; " + problem,
                            "correct it where the policy comes from; until then no call to '" + service
                                    + "' or to one of its hosts is sent",
                            new CallDecision(
                                    revision, service, "", "", call.decision().attempts(), ""));
            e.initCause(cause);
            return e;
        });
    }

    /** Refuses calls to a backend that a kept service still uses and that the newer policy does not have. */
    static CallLayer ofBackend(String service, String rule, String backend) {
        return new Refusal("gone(" + backend + ")", call -> {
            Decision at = call.decision();
            return Failures.make()
                    .noRoute(
                            "rule '" + rule + "' of '" + service + "' sends "
                                    + call.request().url().host() + " to '" + backend
                                    + "', which no policy has any more; '" + service + "' is kept as in "
                                    + at.policy(),
                            "publish '" + backend + "', or a good '" + service + "' that does not use it",
                            at);
        });
    }

    private static String first(List<PolicyProblem> problems) {
        return problems.get(0) + (problems.size() == 1 ? "" : ", and " + (problems.size() - 1) + " more problem(s)");
    }

    @Override
    public Response call(Call call) throws IOException {
        throw failure.apply(call);
    }

    @Override
    public void explain(ExplanationSink to) {
        Call call = to.call();
        if (call == null) {
            to.remark("its calls are refused: " + name);
        } else {
            to.refuse(failure.apply(call));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
