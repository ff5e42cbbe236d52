package dev.meshclient;

import dev.meshclient.internal.call.Failures;

/** Gives access to package-private constructors to the internal packages that refuse calls. */
final class FailureConstructors extends Failures {
    @Override
    public AccessDenied accessDenied(String policy, String rule, String what, String advice, Decision decision) {
        return new AccessDenied(policy, rule, what, advice, decision);
    }

    @Override
    public DeadlineExceeded deadlineExceeded(String what, String advice, Decision decision) {
        return new DeadlineExceeded(what, advice, decision);
    }

    @Override
    public IdentityUnavailable identityUnavailable(String what, String advice, Decision decision) {
        return new IdentityUnavailable(what, advice, decision);
    }

    @Override
    public NoHealthyEndpoint noHealthyEndpoint(String what, String advice, Decision decision) {
        return new NoHealthyEndpoint(what, advice, decision);
    }

    @Override
    public NoRoute noRoute(String what, String advice, Decision decision) {
        return new NoRoute(what, advice, decision);
    }

    @Override
    public Overloaded overloaded(String what, String advice, Decision decision) {
        return new Overloaded(what, advice, decision);
    }

    @Override
    public PolicyUnavailable policyUnavailable(String what, String advice, Decision decision) {
        return new PolicyUnavailable(what, advice, decision);
    }

    @Override
    public TokenUnavailable tokenUnavailable(String what, String advice, Decision decision) {
        return new TokenUnavailable(what, advice, decision);
    }
}
