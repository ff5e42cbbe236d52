/** Inbound requests of a Spring application: their authorization, and their effect on the calls made for them. */
@NullMarked
package dev.meshclient.spring.server;

import org.jspecify.annotations.NullMarked;
