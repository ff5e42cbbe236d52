package dev.meshclient.internal.call;

import dev.meshclient.AccessDenied;
import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Decision;
import dev.meshclient.IdentityUnavailable;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.NoRoute;
import dev.meshclient.Overloaded;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.TokenUnavailable;

/**
 * Makes the failures whose constructors the exported package keeps to itself. That package implements it in a class which this one
 * loads by name, so that it does not depend on it.
 */
public abstract class Failures {
    private static final class Loaded {
        static final Failures CONSTRUCTORS = load();

        private static Failures load() {
            try {
                var constructor =
                        Class.forName("dev.meshclient.FailureConstructors").getDeclaredConstructor();
                constructor.setAccessible(true);
                return (Failures) constructor.newInstance();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("mesh-client is not whole: " + e, e);
            }
        }
    }

    /** The constructors. */
    public static Failures make() {
        return Loaded.CONSTRUCTORS;
    }

    /**
     * @param policy that denies; where no ALLOW policy allows, all of these
     * @param rule of the policy; empty if none allows
     */
    public abstract AccessDenied accessDenied(
            String policy, String rule, String what, String advice, Decision decision);

    public abstract DeadlineExceeded deadlineExceeded(String what, String advice, Decision decision);

    public abstract IdentityUnavailable identityUnavailable(String what, String advice, Decision decision);

    public abstract NoHealthyEndpoint noHealthyEndpoint(String what, String advice, Decision decision);

    public abstract NoRoute noRoute(String what, String advice, Decision decision);

    public abstract Overloaded overloaded(String what, String advice, Decision decision);

    public abstract PolicyUnavailable policyUnavailable(String what, String advice, Decision decision);

    public abstract TokenUnavailable tokenUnavailable(String what, String advice, Decision decision);
}
