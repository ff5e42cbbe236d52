package dev.meshclient.spring.service;

import dev.meshclient.spring.MeshClient;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AliasFor;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;

/**
 * Makes beans of HTTP interfaces with {@link MeshClient}. The service is the name of their group, for which
 * {@code spring.http.serviceclient.<service>.*} applies; with a {@code variant} the name is {@code <service>-<variant>}.
 *
 * <pre>{@code
 * @MeshClient("orders")
 * interface OrderApi {
 *     @GetExchange("/orders/{id}") Order order(@PathVariable String id);
 * }
 *
 * @Configuration @ImportMeshClients(OrderApi.class)
 * }</pre>
 *
 * <p>Spring's own {@code @ImportHttpServices} works as well: a group with an interface that has {@link MeshClient} is in the mesh.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Import(ImportMeshClientsRegistrar.class)
public @interface ImportMeshClients {
    /** The interfaces. The start fails if one has no {@link MeshClient}. */
    @AliasFor("types")
    Class<?>[] value() default {};

    /** Another name of {@link #value()}. */
    @AliasFor("value")
    Class<?>[] types() default {};

    /** Packages whose interfaces with {@link MeshClient} are used, those of their subpackages included. */
    String[] basePackages() default {};

    /** Classes whose packages are used, as those of {@link #basePackages()}. */
    Class<?>[] basePackageClasses() default {};

    /** The client below the interfaces. Default: {@code RestClient}. */
    ClientType clientType() default ClientType.UNSPECIFIED;
}
