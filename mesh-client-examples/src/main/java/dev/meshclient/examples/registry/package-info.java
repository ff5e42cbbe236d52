/** A registry of one file: enough for a demo, a test, a laptop. */
@NullMarked
package dev.meshclient.examples.registry;

import org.jspecify.annotations.NullMarked;
