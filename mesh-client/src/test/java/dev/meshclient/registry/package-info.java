/** Registries, files and what is made of their documents. */
@NullMarked
package dev.meshclient.registry;

import org.jspecify.annotations.NullMarked;
