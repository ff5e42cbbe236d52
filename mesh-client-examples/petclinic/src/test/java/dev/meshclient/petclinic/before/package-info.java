/** The gateway with Spring Cloud LoadBalancer and Resilience4j. */
@NullMarked
package dev.meshclient.petclinic.before;

import org.jspecify.annotations.NullMarked;
