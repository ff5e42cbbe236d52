package dev.meshclient.spring.service;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Limits the calls of a method of an HTTP interface in the mesh, all attempts included, to the end of the response body. On the
 * interface it applies to all methods without one of their own. The policy can only shorten it: the shortest limit of this, the
 * policy and the inbound request applies.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface MeshTimeout {
    /**
     * A duration greater than zero, as in Boot's properties: {@code 250ms}, {@code 2s}; a number alone is in milliseconds. May hold
     * placeholders, resolved at the start: {@code ${orders.timeout:250ms}}. The start fails if it is no such duration.
     */
    String value();
}
