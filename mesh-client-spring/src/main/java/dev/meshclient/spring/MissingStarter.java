package dev.meshclient.spring;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** The starters of Boot without which {@link MeshClient} has no effect on a client of Spring. */
final class MissingStarter {
    private static final String WEB = "org.springframework.web.client.";
    private static final String REACTIVE = "org.springframework.web.reactive.function.client.";
    private static final Map<String, String> STARTERS = Map.of(
            WEB + "RestClient$Builder", "spring-boot-starter-restclient",
            WEB + "RestClient", "spring-boot-starter-restclient",
            WEB + "RestTemplate", "spring-boot-starter-restclient",
            REACTIVE + "WebClient$Builder", "spring-boot-starter-webclient",
            REACTIVE + "WebClient", "spring-boot-starter-webclient");

    private MissingStarter() {}

    /**
     * What to do about a type that no {@link MeshClientType} knows; null: it is no client of Spring.
     *
     * @param type also an implementation, since a bean that was made has its class
     */
    static @Nullable String advice(@Nullable Class<?> type) {
        if (type == null) {
            return null;
        }
        for (var client : STARTERS.entrySet()) {
            if (ClassUtils.isPresent(client.getKey(), type.getClassLoader())
                    && ClassUtils.resolveClassName(client.getKey(), type.getClassLoader())
                            .isAssignableFrom(type)) {
                return "Add the dependency " + client.getValue() + ": @MeshClient needs it for "
                        + client.getKey().replace('$', '.') + ".";
            }
        }
        return null;
    }
}
