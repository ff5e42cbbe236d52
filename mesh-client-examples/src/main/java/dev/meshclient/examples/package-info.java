/** Small example programs. */
@NullMarked
package dev.meshclient.examples;

import org.jspecify.annotations.NullMarked;
