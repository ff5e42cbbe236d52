/** The mesh for operators of a Spring Boot application: an endpoint of the actuator, health, info, metrics and observations. */
@NullMarked
package dev.meshclient.spring.actuate;

import org.jspecify.annotations.NullMarked;
