package dev.meshclient.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Puts a client into the mesh. On a {@code @Bean} method of type {@code OkHttpClient}, {@code okhttp3.Call.Factory},
 * {@code RestClient.Builder}, {@code RestTemplate} or {@code WebClient.Builder}, or of another {@link MeshClientType}, its calls use
 * the mesh, and calls to the service never bypass it. On an injection point it selects the bean with the same annotation:
 *
 * <pre>{@code
 * @Bean @MeshClient("orders") OkHttpClient ordersHttp() { return new OkHttpClient(); }
 *
 * Checkout(@MeshClient("orders") OkHttpClient orders) { ... } // calls http://orders/...
 * }</pre>
 *
 * <p>On an HTTP interface it names the service that the interface calls; {@code @ImportMeshClients} makes its bean.
 *
 * <p>A bean of type {@code OkHttpClient} keeps the limits of its dispatcher, of which OkHttp's default is five asynchronous calls
 * for each host; a bean of type {@code Call.Factory} has no limit for each host.
 *
 * <p>With {@code mesh.enabled=false} the annotation selects beans as before and changes none of them.
 */
@Target({ElementType.METHOD, ElementType.FIELD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface MeshClient {
    /** The host of the service, as in {@code http://orders/}. May hold placeholders: {@code ${orders.host}}. */
    String value();

    /**
     * Distinguishes two clients of one service. A bean that only has the name of the service never replaces one with this
     * annotation: for Spring, a qualifier with a second attribute is no name of a bean.
     */
    String variant() default "";
}
