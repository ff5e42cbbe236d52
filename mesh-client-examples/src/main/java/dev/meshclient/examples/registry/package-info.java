/** A registry of one file, for demos, tests and laptops. */
@NullMarked
package dev.meshclient.examples.registry;

import org.jspecify.annotations.NullMarked;
