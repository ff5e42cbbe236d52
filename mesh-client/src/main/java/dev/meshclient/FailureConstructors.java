package dev.meshclient;

import dev.meshclient.internal.call.CallDecision;
import dev.meshclient.internal.call.Failures;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Gives access to package-private constructors to the internal packages that refuse calls. */
final class FailureConstructors extends Failures {
    @Override
    public AccessDenied accessDenied(String policy, String rule, String what, String advice, Decision decision) {
        return new AccessDenied(policy, rule, what, advice, CallDecision.failed(decision, MeshFailure.ACCESS_DENIED));
    }

    @Override
    public BreakerOpen breakerOpen(@Nullable Duration nextProbeIn, String what, String advice, Decision decision) {
        return new BreakerOpen(nextProbeIn, what, advice, CallDecision.failed(decision, MeshFailure.OVERLOADED));
    }

    @Override
    public DeadlineExceeded deadlineExceeded(String what, String advice, Decision decision) {
        return new DeadlineExceeded(what, advice, CallDecision.failed(decision, MeshFailure.DEADLINE));
    }

    @Override
    public IdentityUnavailable identityUnavailable(String what, String advice, Decision decision) {
        return new IdentityUnavailable(what, advice, CallDecision.failed(decision, MeshFailure.NO_CONNECTION));
    }

    @Override
    public NoHealthyEndpoint noHealthyEndpoint(String what, String advice, Decision decision) {
        return new NoHealthyEndpoint(what, advice, CallDecision.failed(decision, MeshFailure.NO_HEALTHY_ENDPOINT));
    }

    @Override
    public NoRoute noRoute(String what, String advice, Decision decision) {
        return new NoRoute(what, advice, CallDecision.failed(decision, MeshFailure.NO_ROUTE));
    }

    @Override
    public Overloaded overloaded(String what, String advice, Decision decision) {
        return new Overloaded(
                MeshFailure.OVERLOADED, what, advice, CallDecision.failed(decision, MeshFailure.OVERLOADED));
    }

    @Override
    public Overloaded rateLimited(String what, String advice, Decision decision) {
        return new Overloaded(
                MeshFailure.RATE_LIMITED, what, advice, CallDecision.failed(decision, MeshFailure.RATE_LIMITED));
    }

    @Override
    public PolicyUnavailable policyUnavailable(String what, String advice, Decision decision) {
        return new PolicyUnavailable(what, advice, CallDecision.failed(decision, MeshFailure.NO_ROUTE));
    }

    @Override
    public TokenUnavailable tokenUnavailable(String what, String advice, Decision decision) {
        return new TokenUnavailable(what, advice, CallDecision.failed(decision, MeshFailure.NO_TOKEN));
    }
}
