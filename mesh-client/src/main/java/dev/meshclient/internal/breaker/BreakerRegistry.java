package dev.meshclient.internal.breaker;

import dev.meshclient.internal.text.RegistryNames;
import dev.meshclient.internal.time.Interrupts;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the breakers of a mesh in the application's own registry, if it has one, and removes them again. */
public final class BreakerRegistry {
    /** The application has none. */
    public static final BreakerRegistry NONE = new BreakerRegistry(null);

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.breaker");

    private final @Nullable CircuitBreakerRegistry users;

    private BreakerRegistry(@Nullable CircuitBreakerRegistry users) {
        this.users = users;
    }

    /** @param users the application's registry; null: none */
    public static BreakerRegistry of(@Nullable CircuitBreakerRegistry users) {
        return users == null ? NONE : new BreakerRegistry(users);
    }

    /**
     * Makes a breaker and registers it by this name. An entry of the application's own is never touched: the breaker then is
     * registered as {@code mesh:NAME}, or {@code mesh:NAME:2} and so on.
     */
    CircuitBreaker make(String backend, CircuitBreakerConfig config) {
        if (users != null) {
            try {
                CircuitBreaker registered = register(users, backend, config);
                if (registered != null) {
                    return registered;
                }
            } catch (Throwable e) { // of a listener of the registry; Kotlin may throw any
                Interrupts.keep(e);
                LOG.warn("the circuit breaker of '{}' is not registered: the registry failed", backend, e);
            }
        }
        return CircuitBreaker.of(backend, config);
    }

    private static @Nullable CircuitBreaker register(
            CircuitBreakerRegistry users, String backend, CircuitBreakerConfig config) {
        return RegistryNames.register("circuit breaker", backend, LOG, name -> {
            CircuitBreaker made = users.find(name).isPresent() ? null : users.circuitBreaker(name, config);
            return made != null && made.getCircuitBreakerConfig() == config
                    ? made
                    : null; // another thread may be first
        });
    }

    /** Removes a breaker, unless another one has its name meanwhile. */
    void remove(CircuitBreaker ours) {
        try {
            if (users != null && users.find(ours.getName()).orElse(null) == ours) {
                users.remove(ours.getName());
            }
        } catch (Throwable e) { // of a listener of the registry; Kotlin may throw any
            Interrupts.keep(e);
            LOG.warn("the registry failed to remove the circuit breaker '{}'", ours.getName(), e);
        }
    }
}
