/** The inbound boundary without a framework: a filter for the JDK's own HTTP server. */
package dev.meshclient.examples.inbound;
