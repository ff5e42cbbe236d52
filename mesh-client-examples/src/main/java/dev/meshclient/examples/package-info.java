/** Small programs to copy from. */
@NullMarked
package dev.meshclient.examples;

import org.jspecify.annotations.NullMarked;
