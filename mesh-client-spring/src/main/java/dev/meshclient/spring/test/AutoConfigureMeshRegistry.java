package dev.meshclient.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

/**
 * Replaces the registry of the application under test by a {@link MeshTestRegistry}, a bean that the test injects. {@code mesh.registry}
 * and beans of type {@code PolicySource} have no effect. In a slice such as {@code @RestClientTest} it adds the mesh as well.
 *
 * <pre>{@code
 * @SpringBootTest
 * @AutoConfigureMeshRegistry
 * class CheckoutTest {
 *     @Autowired MeshTestRegistry registry;
 *
 *     @Test
 *     void asks_orders(@Autowired Checkout checkout) {
 *         registry.service("orders").answersJson("{\"id\": 7}");
 *         ...
 *         DecisionAssertions.that(registry.lastCall("orders")).attempts(1);
 *     }
 * }
 * }</pre>
 *
 * <p>After each test method the registry is as it was at the start of the application.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@PropertyMapping("mesh.test.registry")
public @interface AutoConfigureMeshRegistry {
    /**
     * The location of a policy document, such as {@code classpath:mesh/policy.json} or {@code file:deploy/policy.json}: the policy at
     * the start of the application and after each test. Default: a policy without services.
     */
    String policy() default "";
}
