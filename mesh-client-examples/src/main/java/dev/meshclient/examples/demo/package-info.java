/** The demo of the main features: three services in three zones on real sockets, with a mesh in each instance. */
@NullMarked
package dev.meshclient.examples.demo;

import org.jspecify.annotations.NullMarked;
