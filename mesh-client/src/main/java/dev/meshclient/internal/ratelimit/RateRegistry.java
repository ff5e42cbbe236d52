package dev.meshclient.internal.ratelimit;

import dev.meshclient.internal.text.RegistryNames;
import dev.meshclient.internal.time.Interrupts;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the rate limiters of a mesh in the application's own registry, if it has one, and removes them again. */
public final class RateRegistry {
    /** The application has none. */
    public static final RateRegistry NONE = new RateRegistry(null);

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.ratelimit");

    private final @Nullable RateLimiterRegistry users;

    private RateRegistry(@Nullable RateLimiterRegistry users) {
        this.users = users;
    }

    /** @param users the application's registry; null: none */
    public static RateRegistry of(@Nullable RateLimiterRegistry users) {
        return users == null ? NONE : new RateRegistry(users);
    }

    /**
     * Makes a limiter and registers it by this name. An entry of the application's own is never touched: the limiter then is
     * registered as {@code mesh:NAME}, or {@code mesh:NAME:2} and so on. A registry makes limiters on the system's clock only, so
     * its own is replaced at once by one on the clock of all layers.
     */
    AtomicRateLimiter make(String backend, RateLimiterConfig config, Supplier<Long> nanoTime) {
        String name = backend;
        Map<String, String> tags = Map.of();
        if (users != null) {
            try {
                tags = users.getTags();
                name = freeName(users, backend, config);
            } catch (Throwable e) { // of a listener of the registry; Kotlin may throw any
                Interrupts.keep(e);
                LOG.warn("the rate limiter of '{}' is not registered: the registry failed", backend, e);
            }
        }
        AtomicRateLimiter limiter = limiter(name, config, tags, nanoTime);
        if (users != null) {
            replace(users, config, limiter);
        }
        return limiter;
    }

    private static void replace(RateLimiterRegistry users, RateLimiterConfig config, RateLimiter ours) {
        try {
            RateLimiter placed = users.find(ours.getName()).orElse(null);
            if (placed != null && placed.getRateLimiterConfig() == config) {
                users.replace(ours.getName(), ours);
            }
        } catch (Throwable e) { // of a listener of the registry; Kotlin may throw any
            Interrupts.keep(e);
            LOG.warn("the registry failed to take the rate limiter '{}'", ours.getName(), e);
        }
    }

    private static AtomicRateLimiter limiter(
            String name, RateLimiterConfig config, Map<String, String> tags, Supplier<Long> nanoTime) {
        try {
            return new AtomicRateLimiter(name, config, tags, nanoTime);
        } catch (
                NoSuchMethodError
                        before24) { // Spring Cloud's BOM has 2.3: on the system's clock, which real time shows
            return new AtomicRateLimiter(name, config, tags);
        }
    }

    private static String freeName(RateLimiterRegistry users, String backend, RateLimiterConfig config) {
        String free = RegistryNames.register("rate limiter", backend, LOG, name -> {
            boolean ours = users.find(name).isEmpty()
                    && users.rateLimiter(name, config).getRateLimiterConfig() == config; // another thread may be first
            return ours ? name : null;
        });
        return free == null ? backend : free;
    }

    /** Removes a limiter, unless another one has its name meanwhile. */
    void remove(RateLimiter ours) {
        try {
            if (users != null && users.find(ours.getName()).orElse(null) == ours) {
                users.remove(ours.getName());
            }
        } catch (Throwable e) { // of a listener of the registry; Kotlin may throw any
            Interrupts.keep(e);
            LOG.warn("the registry failed to remove the rate limiter '{}'", ours.getName(), e);
        }
    }
}
