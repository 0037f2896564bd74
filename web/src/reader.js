// Reads QR codes where the browser has no BarcodeDetector.
import jsQR from 'jsqr'

export function read (image) {
  return jsQR(image.data, image.width, image.height, { inversionAttempts: 'attemptBoth' })?.data ?? ''
}
