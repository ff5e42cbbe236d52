/** The mesh in a Spring Boot application: one annotation puts a client into it, properties configure it. */
@NullMarked
package dev.meshclient.spring;

import org.jspecify.annotations.NullMarked;
