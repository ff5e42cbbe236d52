package dev.meshclient.internal.text;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** The names of a backend's part in a registry of the application, whose own entries are never touched. */
public final class RegistryNames {
    private static final int MOST = 100;

    private RegistryNames() {}

    /**
     * Registers by the name of the backend, or as {@code mesh:NAME}, {@code mesh:NAME:2} and so on if that is taken.
     *
     * @param kind what is registered, for its log
     * @param register returns null if the name is taken
     * @return null: no name is free
     */
    public static <T> @Nullable T register(
            String kind, String backend, Logger logger, Function<String, @Nullable T> register) {
        for (int i = 0; i < MOST; i++) {
            String name = i == 0 ? backend : "mesh:" + backend + (i == 1 ? "" : ":" + i);
            T registered = register.apply(name);
            if (registered != null) {
                if (i > 0) {
                    logger.warn("the registry has another {} '{}': ours is named '{}' there", kind, backend, name);
                }
                return registered;
            }
        }
        logger.warn("the {} of '{}' is not registered: {} names are taken", kind, backend, MOST);
        return null;
    }
}
