/** Sources of policy: an HTTP registry, a file, memory. */
@NullMarked
package dev.meshclient.registry;

import org.jspecify.annotations.NullMarked;
