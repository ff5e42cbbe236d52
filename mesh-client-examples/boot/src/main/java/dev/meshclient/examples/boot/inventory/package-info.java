/** The service that counts the stock: callers need a certificate of the mesh, and the policy must allow them. */
@NullMarked
package dev.meshclient.examples.boot.inventory;

import org.jspecify.annotations.NullMarked;
