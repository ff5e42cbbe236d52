package dev.meshclient.spring.service;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * States what the mesh cannot know about retries of a method of an HTTP interface. Whether and how often it retries, the policy
 * decides. On the interface it applies to all methods without one of their own.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface MeshRetry {
    /** Whether sending a request twice does no harm, whatever its HTTP method: it may be retried even if it was processed. */
    boolean idempotent() default false;

    /** Whether the mesh sends a request at most once, whatever the policy states about retries. */
    boolean off() default false;
}
