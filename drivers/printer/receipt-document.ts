/** A receipt for the printer driver: what to print, not how. The driver cuts the paper at the end. */
export interface ReceiptDocument {
  readonly lines: readonly ReceiptLine[];
}

export type ReceiptLine =
  | {
      readonly kind: 'text';
      /** Anything: control characters are dropped, what the printer's font lacks becomes `?`, long text wraps. */
      readonly text: string;
      readonly align?: 'left' | 'centre' | 'right';
      readonly size?: 'normal' | 'tall' | 'double';
      readonly bold?: boolean;
    }
  /** A label at the left edge and a value at the right one; on two lines where both do not fit. */
  | { readonly kind: 'pair'; readonly left: string; readonly right: string; readonly bold?: boolean }
  | { readonly kind: 'rule' }
  /**
   * A machine-readable code of printable ASCII without spaces, with its text below. `auto` is a CODE128 barcode where
   * it fits the paper and a QR code where it does not.
   */
  | { readonly kind: 'code'; readonly payload: string; readonly symbology: 'auto' | 'qr' }
  | { readonly kind: 'feed'; readonly lines: number };
