package dev.meshclient.spring.service;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * States what the mesh cannot know about retries of a method of an HTTP interface, and limits them. Whether and how often a call is
 * retried, the policy decides: no annotation gives it more attempts. On the interface it applies to all methods without one of their own.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface MeshRetry {
    /** Whether sending a request twice does no harm, whatever its HTTP method: it may be retried even if it was processed. */
    boolean idempotent() default false;

    /**
     * The greatest number of attempts of a call, the first one included: {@code "2"}. The policy may state fewer. May hold placeholders,
     * resolved at the start: {@code ${orders.attempts:2}}. The start fails if it is no whole number greater than zero. Empty: the policy
     * decides.
     */
    String maxAttempts() default "";

    /** Whether the mesh sends a request at most once, whatever the policy states about retries. */
    boolean off() default false;
}
