/** The inbound boundary without a framework: a filter for the JDK's own HTTP server. */
@NullMarked
package dev.meshclient.examples.inbound;

import org.jspecify.annotations.NullMarked;
