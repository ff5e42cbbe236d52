/** Certificates for tests of mTLS. */
@NullMarked
package dev.meshclient.examples.identity;

import org.jspecify.annotations.NullMarked;
