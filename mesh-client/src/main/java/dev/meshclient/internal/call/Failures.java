package dev.meshclient.internal.call;

import dev.meshclient.AccessDenied;
import dev.meshclient.BreakerOpen;
import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Decision;
import dev.meshclient.IdentityUnavailable;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.NoRoute;
import dev.meshclient.Overloaded;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.TokenUnavailable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Creates failures whose constructors the exported package does not export. That package implements this class; it is loaded by
 * name, so that this package does not depend on it.
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

    /** The implementation. */
    public static Failures make() {
        return Loaded.CONSTRUCTORS;
    }

    /**
     * @param policy the policy that denies; if no ALLOW policy allows the call, all ALLOW policies
     * @param rule the rule of the policy; empty if no ALLOW policy allows the call
     */
    public abstract AccessDenied accessDenied(
            String policy, String rule, String what, String advice, Decision decision);

    /** @param nextProbeIn the time until attempts may probe the backend; null: not known */
    public abstract BreakerOpen breakerOpen(
            @Nullable Duration nextProbeIn, String what, String advice, Decision decision);

    public abstract DeadlineExceeded deadlineExceeded(String what, String advice, Decision decision);

    public abstract IdentityUnavailable identityUnavailable(String what, String advice, Decision decision);

    public abstract NoHealthyEndpoint noHealthyEndpoint(String what, String advice, Decision decision);

    public abstract NoRoute noRoute(String what, String advice, Decision decision);

    public abstract Overloaded overloaded(String what, String advice, Decision decision);

    public abstract Overloaded rateLimited(String what, String advice, Decision decision);

    public abstract PolicyUnavailable policyUnavailable(String what, String advice, Decision decision);

    public abstract TokenUnavailable tokenUnavailable(String what, String advice, Decision decision);
}
