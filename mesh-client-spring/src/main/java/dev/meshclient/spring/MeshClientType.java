package dev.meshclient.spring;

import dev.meshclient.Mesh;
import org.jspecify.annotations.Nullable;

/**
 * A type of beans that {@link MeshClient} puts into the mesh. Each technology contributes its own as a bean, so that the annotation
 * works on types that this package does not know:
 *
 * <pre>{@code
 * @AutoConfiguration
 * @ConditionalOnClass(RestClient.class)
 * public final class MeshRestClientAutoConfiguration {
 *     @Bean static MeshClientType<RestClient.Builder> meshRestClients(ObjectProvider<OkHttpClient> base) { ... }
 * }
 * }</pre>
 *
 * <p>The bean is made when the first annotated bean is, which may be before all other beans: its method is static, takes
 * {@code ObjectProvider}s and looks nothing up in it. For all types alike, the mesh claims the service, the start fails if an
 * annotated bean was made before the mesh could wrap it, the line at the end of the start lists it, and prototypes, scopes and
 * {@code FactoryBean}s work.
 *
 * @param <T> the type, as users declare it
 */
public interface MeshClientType<T> {
    /** Annotated beans of this type and of its subtypes are wrapped. */
    Class<T> type();

    /**
     * The type that a bean of this one builds, such as {@code RestClient} for {@code RestClient.Builder}. The annotation does not
     * work on it, and the start fails with the advice to annotate the bean that builds it. Null: none.
     */
    default @Nullable Class<?> built() {
        return null;
    }

    /**
     * The name of the bean of this type that Boot makes unless the application has one. If an annotated bean made it back off, a
     * warning at the start names the remedy, {@code @Bean(defaultCandidate = false)}. Null: Boot makes none in this application.
     */
    default @Nullable String bootBean() {
        return null;
    }

    /**
     * Puts a bean into the mesh. It is called once for each bean (each instance of a prototype), after the initialization of the
     * bean.
     *
     * @param name the name of the bean
     * @param service the host of the service, of which placeholders are resolved
     * @param mesh the mesh of the application
     * @return the bean for injection points: the same one, or another one of the same type
     */
    T wrap(T bean, String name, String service, Mesh mesh);

    /**
     * Changes a bean while {@code mesh.enabled=false}: it has to work without the mesh, for the same URLs. By default it stays as
     * it is.
     */
    default T plain(T bean, String service) {
        return bean;
    }

    /**
     * The declaration that messages of failures propose, in one line.
     *
     * @param annotation {@code @MeshClient("orders")}
     */
    String example(String annotation);
}
