/** Tests of the certificates. */
@NullMarked
package dev.meshclient.examples.identity;

import org.jspecify.annotations.NullMarked;
