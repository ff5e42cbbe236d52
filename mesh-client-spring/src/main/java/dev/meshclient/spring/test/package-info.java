/** For tests of a Spring Boot application: a registry in the process, and peers of inbound requests. */
@NullMarked
package dev.meshclient.spring.test;

import org.jspecify.annotations.NullMarked;
