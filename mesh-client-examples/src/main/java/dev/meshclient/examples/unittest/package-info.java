/** Code that calls through a mesh, and beside it, in the tests, how it is tested without a network. */
@NullMarked
package dev.meshclient.examples.unittest;

import org.jspecify.annotations.NullMarked;
