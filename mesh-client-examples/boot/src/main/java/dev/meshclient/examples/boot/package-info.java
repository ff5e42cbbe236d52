/** Two Spring Boot services in a mesh, started and driven by one program. */
@NullMarked
package dev.meshclient.examples.boot;

import org.jspecify.annotations.NullMarked;
